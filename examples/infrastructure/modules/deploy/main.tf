variable "name" {
  type = string
}

data "aws_caller_identity" "current" {}

resource "aws_lambda_function" "application" {
  function_name = var.name
  role          = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/${var.name}"
  package_type  = "Image"
  image_uri     = "${data.aws_caller_identity.current.account_id}.dkr.ecr.eu-west-1.amazonaws.com/${var.name}:1"
}

data "aws_iam_policy_document" "deploy" {
  statement {
    sid       = "Update"
    actions   = ["lambda:GetFunction", "lambda:UpdateFunctionCode"]
    resources = [aws_lambda_function.application.arn]
  }
}

resource "aws_iam_role" "deploy" {
  name = "deploy-${var.name}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codebuild.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
      }
    }]
  })
}

resource "aws_iam_role_policy" "deploy" {
  name   = "deploy"
  role   = aws_iam_role.deploy.id
  policy = data.aws_iam_policy_document.deploy.json
}
