"""Sphinx configuration. The project's name, version and address are in pyproject.toml and nowhere else."""

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
sys.path.insert(0, str(HERE / "_ext"))

project = PROJECT["name"]
author = "the j1553ref contributors"
version = release = PROJECT["version"]
language = "en"

extensions = ["myst_parser", "sphinx.ext.doctest", "sphinx_copybutton", "refsite"]
exclude_patterns = ["_build", "_ext", "_templates", "_static", "**/front-page.png"]
templates_path = ["_templates"]
nitpicky = True

myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_exclude = ".linenos, .go"

html_theme = "sphinx_book_theme"
html_title = "HCPCS J1553 reference"
html_baseurl = PROJECT["urls"]["Documentation"]
html_static_path = ["_static"]
html_css_files = ["j1553.css", "training.css", "schema.css", "computed.css", "pictures.css", "live.css", "payers.css"]
html_js_files = ["finder.js", "j1553.js", "slides.js"]
html_favicon = "_static/favicon.svg"
html_context = {"default_mode": "auto", "license": PROJECT["license"]}
html_copy_source = html_show_sourcelink = html_use_index = html_domain_indices = html_show_sphinx = False
html_sidebars = {"**": ["site-nav.html"]}
html_theme_options = {
    "use_fullscreen_button": False,
    "use_download_button": False,
    "use_repository_button": False,
    "navbar_persistent": [],
    "article_header_start": ["breadcrumb.html"],
    "article_header_end": ["header-tools.html"],
    "primary_sidebar_end": [],
    "footer_content_items": ["site-footer.html"],
    "toc_title": "On this page",
    "back_to_top_button": False,
    "show_prev_next": True,
    "show_toc_level": 2,
}
