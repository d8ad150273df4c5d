reporter.register("live-41-HASH",{"name":["evil.html"],"run":[0],"step":[null],"file":["live-HASH"]});
