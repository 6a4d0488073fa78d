"""WeasyPrint and nothing else, warm: HTML comes in, an untagged PDF without styles goes out."""

import sys

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from aicmm.pdf_protocol import read_frame, write_frame


def main() -> None:
    fonts = FontConfiguration()
    while True:
        try:
            html = read_frame(sys.stdin.buffer).decode()
        except EOFError:
            return
        write_frame(sys.stdout.buffer, weasyprint.HTML(string=html).write_pdf(font_config=fonts))


if __name__ == "__main__":
    main()
