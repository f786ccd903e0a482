"""A picture of every page in its main states, wide and narrow, light and dark: python -m demo.pictures."""
