{{ quantile_kpi(kpi_code='pick_minutes_p50', leg='pick', fraction='50') }}
