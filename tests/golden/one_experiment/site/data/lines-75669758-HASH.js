reporter.register("lines-75669758-HASH","# Title\n\nSome *text*.\n");
