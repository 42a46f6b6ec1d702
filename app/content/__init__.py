"""The life of what patients are told: written, checked, passed by two people, published, found wrong, called back."""
