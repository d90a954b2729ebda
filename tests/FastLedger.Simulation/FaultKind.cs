// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Simulation;

/// <summary>What a schedule may do to the cluster.</summary>
public enum FaultKind : byte
{
    /// <summary>The process dies at once.</summary>
    Crash,
    /// <summary>The process dies in the middle of its effects: after <see cref="ScheduledFault.First"/> more of them.</summary>
    CrashAtEffect,
    /// <summary>All processes die at once.</summary>
    CrashAll,
    /// <summary>The process stands still for <see cref="ScheduledFault.First"/> nanoseconds.</summary>
    Pause,
    /// <summary>The wall clock jumps by <see cref="ScheduledFault.First"/> nanoseconds (signed).</summary>
    ClockJump,
    /// <summary>The next sync fails.</summary>
    FailSync,
    /// <summary>Links are cut: bit r of byte s of <see cref="ScheduledFault.First"/> cuts s → r.</summary>
    Cut,
    /// <summary>All links work again.</summary>
    Mend,
    /// <summary>The process dies and a bit of its synced journal flips. Spends one of the f faults.</summary>
    BitRot,
    /// <summary>The process dies and its disk is empty afterwards. Spends one of the f faults.</summary>
    LoseDisk,
    /// <summary>The process dies and comes back on an older copy of its journal. Spends one of the f faults.</summary>
    RollBack,
    /// <summary>Wrong state roots from now on. Spends one of the f faults.</summary>
    WrongState,
    /// <summary>The process dies for good. Spends one of the f faults.</summary>
    Kill,
    /// <summary>The process dies and comes back after <see cref="ScheduledFault.First"/> nanoseconds.</summary>
    Stop,
    /// <summary>The operator allows another validator set.</summary>
    Reconfigure,
}
