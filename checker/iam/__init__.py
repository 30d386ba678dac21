"""What an IAM policy means: a policy as parsed JSON goes in, decisions on its meaning come out."""
