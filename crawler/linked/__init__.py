"""Files that articles show, use or link, each captured once: pictures, assets and documents take one way."""
