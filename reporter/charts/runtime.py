"""Vega's runtime as one classic script, taken out of the installed ``vl-convert-python``.

Nothing of it stands in this repository. Linking it takes a second or two, so the result is kept in
the user's cache folder; without one that can be written it is linked again.
"""

from __future__ import annotations

from importlib import metadata

from reporter.charts.cache import cached
from reporter.errors import BuildError

__all__ = ["vega_script"]

_REVISION = 1
"""Raised when this module wraps the runtime differently: it is part of the cached file's name."""

_SNIPPET = (
    'import {{View, parse, version}} from "/npm/vega@{vega}/+esm";'
    "window.vega = {{View, parse, version}};"
)
"""Linked like any module. The package's own name ``vega`` would be Vega's default export, which
is null; what is named here and used by it is all that ends up in the script."""

_NOTICE = """\
/*! Vega {vega}, https://vega.github.io/vega, linked by vl-convert {converter}, with parts of D3.
Copyright (c) 2015-2023, University of Washington Interactive Data Lab. All rights reserved.
Redistribution and use in source and binary forms, with or without modification, are permitted
provided that the following conditions are met:
1. Redistributions of source code must retain the above copyright notice, this list of conditions
   and the following disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of
   conditions and the following disclaimer in the documentation and/or other materials provided
   with the distribution.
3. Neither the name of the copyright holder nor the names of its contributors may be used to
   endorse or promote products derived from this software without specific prior written permission.
THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR
IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR
CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER
IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF
THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
D3: Copyright 2010-2023 Mike Bostock. Permission to use, copy, modify, and/or distribute this
software for any purpose with or without fee is hereby granted, provided that the above copyright
notice and this permission notice appear in all copies. THE SOFTWARE IS PROVIDED "AS IS" AND THE
AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR
PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN
CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE. */
"""
"""Both licences ask to travel with the script."""


def vega_script() -> bytes:
    """Return the script that defines ``window.vega`` with ``View``, ``parse`` and ``version``.

    Returns
    -------
    bytes
        UTF-8, the same for the same version of ``vl-convert-python``.

    Raises
    ------
    BuildError
        When the installed version does not carry Vega where this one does.
    """
    return cached(f"vega-{_converter()}-{_REVISION}.js", lambda: _link().encode(), _is_whole)


def _is_whole(script: bytes) -> bool:
    return script.startswith(b"/*!") and script.endswith(b"})();\n")


def _link() -> str:
    import vl_convert

    vega = vl_convert.get_vega_version()
    try:
        linked = vl_convert.javascript_bundle(_SNIPPET.format(vega=vega))
    except BaseException as error:  # a panic of the linker, which is no Exception
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise BuildError(
                f"Vega {vega} cannot be taken out of vl-convert-python {_converter()}.",
                "Install vl-convert-python 1.9.",
            ) from error
        raise
    notice = _NOTICE.format(vega=vega, converter=_converter())
    return f"{notice}(()=>{{{linked}\n}})();\n"


def _converter() -> str:
    return metadata.version("vl-convert-python")
