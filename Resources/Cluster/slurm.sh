#!/bin/bash
# A job array of SLURM: every job does its share of the table, without Dask. Submit with: sbatch slurm.sh pairs.csv out
# A job that is stopped or killed may be submitted again: what is finished is not done twice.
#SBATCH --job-name=nodeo
#SBATCH --array=0-9            # ten shares; %4 after it: four at a time
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=04:00:00
##SBATCH --gres=gpu:1          # with a GPU: take one # away; the preset and the device stay as they are
set -euo pipefail

nodeo cohort run "$1" --output "$2" --threads "$SLURM_CPUS_PER_TASK" --progress none \
    --index "$SLURM_ARRAY_TASK_ID" --of "$SLURM_ARRAY_TASK_COUNT"

# When all have ended, once, for the table and the page:
#   nodeo cohort run pairs.csv --output out --collect
