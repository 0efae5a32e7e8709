// GoCompat
