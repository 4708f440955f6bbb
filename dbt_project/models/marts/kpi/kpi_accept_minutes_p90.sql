{{ quantile_kpi(kpi_code='accept_minutes_p90', leg='accept', fraction='90') }}
