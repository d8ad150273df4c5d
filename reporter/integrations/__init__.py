"""One module per framework: what is logged of its models and its training.

Every framework is imported inside functions, when it is there. The front doors
(``reporter.sklearn``, ``reporter.xgboost`` ...) name what users call; nothing here knows a page.
"""
