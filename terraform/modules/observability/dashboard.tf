# One page to see the desk's health on. The template's names are those of the metrics in metrics.tf.

resource "google_monitoring_dashboard" "desk" {
  project        = var.project
  dashboard_json = templatefile("${path.module}/dashboard.json.tftpl", local.promql)
}
