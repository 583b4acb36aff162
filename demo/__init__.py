"""The demo organisation: a lender and retailer, its catalog, its trained models and a year in its life."""
