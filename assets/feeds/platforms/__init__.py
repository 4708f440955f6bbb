"""Shapes in which selling platforms send orders: a module each, a table from their names and words to the feed's own.

Every shape carries what the platform itself says, under the platform's own names, and beside it ``fulfilment``: what
the chain's order hub adds before it hands the document on, since no platform knows lots, costs or pharmacists.
"""

from assets.feeds.platforms.eleme import ELEME
from assets.feeds.platforms.jd_daojia import JD_DAOJIA
from assets.feeds.platforms.meituan import MEITUAN
from assets.feeds.platforms.till import TILL
from assets.feeds.platforms.wechat_store import WECHAT_STORE

SHAPES = (MEITUAN, ELEME, JD_DAOJIA, WECHAT_STORE, TILL)
