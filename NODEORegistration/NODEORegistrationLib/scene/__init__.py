"""MRML in and out: volumes to files, results into the scene, how they are shown, compared, exported, put right."""
