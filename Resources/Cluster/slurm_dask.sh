#!/bin/bash
# A cluster of Dask inside one allocation of SLURM: a scheduler, and a worker a task. Submit with:
# sbatch slurm_dask.sh pairs.csv out
#SBATCH --job-name=nodeo
#SBATCH --ntasks=10
#SBATCH --cpus-per-task=4
#SBATCH --mem-per-cpu=2G
#SBATCH --time=04:00:00
set -euo pipefail

address="tcp://$(hostname):8786"
dask scheduler --port 8786 --no-dashboard &
# --memory-limit 0: Dask would end a worker that takes more than its part; SLURM sees to that
OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK srun dask worker "$address" --nthreads 1 --memory-limit 0 --no-dashboard &

nodeo cohort run "$1" --output "$2" --scheduler "$address" --threads-per-worker "$SLURM_CPUS_PER_TASK" --progress none
