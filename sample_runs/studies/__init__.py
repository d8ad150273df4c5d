"""Four small studies on the data sets that ship with scikit-learn; each module logs one of them."""
