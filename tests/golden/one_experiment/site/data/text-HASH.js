reporter.register("text-HASH","{&#34;depth&#34;: 3}");
