reporter.register("figures-41-HASH",{"names":["figures/wave.png"],"name":[0],"run":[0],"step":[null],"path":["figures/wave.png"],"small":[],"suffix":".thumb.webp"});
