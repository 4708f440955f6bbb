"""What customers will still bring: models of purchases and of margins, on grouped histories.

Belongs here: the models and the asset that runs them. Does not belong here: what counts as a purchase and who is a
chronic customer (dbt, ``int_people__*``), and what is shown (``fct_customer_lifetime_value``).
"""
