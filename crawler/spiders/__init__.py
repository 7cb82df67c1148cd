"""Sites: one file each. ``site`` crawls any of them."""
