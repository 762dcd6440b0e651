"""How Sphinx builds the site from the pages of the repository; build.py gathers them and calls it."""

project = "NODEO"
author = "The NODEO developers"
copyright = "The NODEO developers, Apache License 2.0"
extensions = ["myst_nb"]
nb_execution_mode = "off"  # a notebook holds its outputs; a test holds them current
myst_enable_extensions = ["html_image"]
myst_heading_anchors = 4
root_doc = "index"
html_theme = "furo"
html_title = "NODEO for 3D Slicer"
html_favicon = "Resources/NODEO.png"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["static"]
html_css_files = ["site.css"]
html_theme_options = {
    # fonts of the reader's own system: nothing is fetched
    "light_css_variables": {"font-stack": "system-ui, sans-serif", "font-stack--monospace": "ui-monospace, monospace"},
    "navigation_with_keys": True,
}
