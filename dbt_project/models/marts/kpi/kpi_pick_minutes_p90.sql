{{ quantile_kpi(kpi_code='pick_minutes_p90', leg='pick', fraction='90') }}
