{{ quantile_kpi(kpi_code='accept_minutes_p50', leg='accept', fraction='50') }}
