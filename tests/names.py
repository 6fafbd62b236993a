"""First names that are not like one another, so that each is another pupil (G10)."""

from __future__ import annotations

_LIST = "Adam Bente Cas Daan Eva Fleur Gijs Hugo Iris Joep Kiki Luuk Mats Nova Olaf Puck Quinn Roos Stijn Tess"
NAMES = tuple(_LIST.split(" "))
