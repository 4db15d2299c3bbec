# Who may call. A vendor cannot show a Google account: its webhook is open, and the channel checks the vendor's secret.

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = merge([
    for name, function in var.functions : {
      for invoker in function.invokers : "${name}/${invoker}" => { function = name, member = invoker }
    }
  ]...)
  project  = var.project
  location = var.region
  name     = google_cloud_run_v2_service.function[each.value.function].name
  role     = "roles/run.invoker"
  member   = each.value.member
}
