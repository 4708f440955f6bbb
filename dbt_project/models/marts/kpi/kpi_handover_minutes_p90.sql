{{ quantile_kpi(kpi_code='handover_minutes_p90', leg='handover', fraction='90') }}
