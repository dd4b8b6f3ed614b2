"""The action API of CKAN 2.11 over open data: read by everybody, written with the keys of departments' accounts.

What is written goes the house's way: a package is a description in the catalogue that the data bureau reviews, rows are
a delivery that the worker validates, deletion closes the data set. Rows are read through the policy compiler; there
is no search by SQL of the caller's.
"""
