"""The commands of ``python -m archive``, one a module: ``HELP``, ``add_arguments(parser)``, ``run(folder, arguments) -> exit code``."""
