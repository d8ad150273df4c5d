reporter.register("live-HASH",{"kind":"html","frame":"artifacts/01010101010101010101010101010101/evil.html.txt.view.html"});
