reporter.register("lines-2b60cd8b-HASH","{\"depth\": 3}");
