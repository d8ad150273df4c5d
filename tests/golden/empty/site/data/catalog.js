reporter.register("catalog",{"format":1,"report_id":"6feac03e95f8","newest_ms":null,"version":"VERSION","charts":"charts-HASH.js","vega":"assets/vega-HASH.js","experiments":[]});
