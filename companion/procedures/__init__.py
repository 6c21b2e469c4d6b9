"""What is done for me: a plain record of injections, blocks, ablations and implants, written by the clinic."""
