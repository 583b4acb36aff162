"""New versions of contracts that changes of the demo organisation bring: one breaks its readers, one does not."""

SCORES = """\
openapi: 3.1.0
info:
  title: Credit-risk scores
  version: 4.0.0
paths:
  /v4/scores:
    post:
      summary: Score an applicant
      responses:
        "200":
          description: The answer, with its three strongest reasons.
"""
CHECKS = """\
openapi: 3.1.0
info:
  title: Fraud gateway
  version: 2.20.0
paths:
  /payments/check:
    post:
      summary: Check a payment
      responses:
        "200":
          description: The answer.
  /payments/limit:
    get:
      summary: Say from which score on a payment is held
      responses:
        "200":
          description: The limit.
"""
