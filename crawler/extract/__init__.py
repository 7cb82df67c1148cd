"""Takes the bytes of a page or an item of a REST answer, gives an Article with its comments. Pure: no network, no Scrapy, no state.

dom          bytes to a tree, and what is asked of its elements: text, names, head, JSON-LD, block-level units
article      which element holds the body; headline, authors, dates, tags, further pages; what is no article
boilerplate  a kind and a rule for every block: body, appeal, bio, share, ...; the wordings lie as data in boilerplate/wordings
comments     which elements hold the comments, who answers whom, who signed, when, and whether all were read
dates        written dates in several languages
page         a whole page -> Article                      rest     items of REST answers -> Article, Comment
version      the name of this extractor                   workers  processes in which foreign markup is read
"""
