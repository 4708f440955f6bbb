{{ quantile_kpi(kpi_code='handover_minutes_p50', leg='handover', fraction='50') }}
