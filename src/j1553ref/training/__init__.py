"""Question sheets for a class, with keys that are computed: every option is a claim that the checker has seen.

>>> from j1553ref.training import sheet
>>> made = sheet("units", level=1, count=3, seed=7)
>>> len(made.questions), made.questions[0].options[0].letter
(3, 'A')
"""

from j1553ref.training.model import ExerciseError, Question, Sheet
from j1553ref.training.pages import key_page, sheet_page
from j1553ref.training.sheets import sheet
from j1553ref.training.templates import LEVEL_NAMES
from j1553ref.training.topics import TOPICS

__all__ = ["LEVEL_NAMES", "TOPICS", "ExerciseError", "Question", "Sheet", "key_page", "sheet", "sheet_page"]
