// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Load.Measuring;

/// <summary>What a node did to keep its state: checkpoints and pages.</summary>
/// <param name="BlockP50Us">Execution of a block, median, in microseconds: since the reading before.</param>
/// <param name="BlockP999Us">The same, 99.9 % of the blocks.</param>
/// <param name="BlockMaxUs">The same, the longest.</param>
/// <param name="Checkpoints">Checkpoints published since the start.</param>
/// <param name="CheckpointSeconds">From the beginning of the last one to its manifest.</param>
/// <param name="PagesWritten">Pages handed to the store.</param>
/// <param name="StoreBytes">Bytes of the store's files.</param>
/// <param name="Misses">Pages read because a batch needed them.</param>
/// <param name="UnexpectedMisses">Those of them that nobody had asked for ahead.</param>
/// <param name="Evictions">Pages that left memory.</param>
/// <param name="ResidentStateBytes">Pages of tables and nodes in memory, when that is bounded.</param>
public sealed record StateFigures(
    double BlockP50Us, double BlockP999Us, double BlockMaxUs, long Checkpoints, double CheckpointSeconds, long PagesWritten, long StoreBytes, long Misses,
    long UnexpectedMisses, long Evictions, long ResidentStateBytes)
{
    /// <summary>What happened between an earlier reading and this one.</summary>
    public StateFigures Since(StateFigures? earlier) => earlier is null ? this : this with
    {
        Checkpoints = Checkpoints - earlier.Checkpoints,
        PagesWritten = PagesWritten - earlier.PagesWritten,
        Misses = Misses - earlier.Misses,
        UnexpectedMisses = UnexpectedMisses - earlier.UnexpectedMisses,
        Evictions = Evictions - earlier.Evictions,
    };
}
