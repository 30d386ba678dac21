# What deploys the shop: a role for each application, which may update one function.

locals {
  applications = toset(["orders", "stock"])
}

module "deploy" {
  source   = "./modules/deploy"
  for_each = local.applications
  name     = each.key
}
