"""The tools as named functions with typed arguments, one file each; `toolbox.py` lists them."""
