reporter.register("details-HASH",{"digits":0,"files":{"":"details-HASH"}});
