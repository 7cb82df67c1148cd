"""The commands of ``python -m archive``, one a module that offers a click command called ``command``; options.py has what they share."""
