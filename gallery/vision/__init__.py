"""Networks: finding faces and reading emotions. Importing this much costs no torch; modules that do say so."""
