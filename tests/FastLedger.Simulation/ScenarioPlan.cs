// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;

namespace FastLedger.Simulation;

/// <summary>
/// Everything that a scenario does, drawn from its seed before it runs. A plan can be made smaller piece by piece, which is how
/// a failing scenario is shrunk.
/// </summary>
public sealed class ScenarioPlan
{
    public ulong Seed { get; set; }

    public int Nodes { get; set; }

    /// <summary>Nodes that join by reconfiguration.</summary>
    public int SpareNodes { get; set; }

    /// <summary>Nodes under the adversary's control.</summary>
    public UInt128 Byzantine { get; set; }

    /// <summary>The Byzantine nodes run as two correct instances each, with one key.</summary>
    public bool Twins { get; set; }

    /// <summary>What the adversary does.</summary>
    public AdversaryTraits Traits { get; set; }

    /// <summary>Per view, the side of the network that each instance is on; empty without a plan of views.</summary>
    public List<byte[]> Sides { get; } = [];

    /// <summary>Per view, the leader; empty for the shuffled order.</summary>
    public byte[] Leaders { get; set; } = [];

    public ulong MinDelayNs { get; set; }

    public ulong MaxDelayNs { get; set; }

    public int LossPerMille { get; set; }

    public int DuplicatePerMille { get; set; }

    /// <summary>Messages that take ten times as long.</summary>
    public int SlowPerMille { get; set; }

    /// <summary>Loss per kind of message, on top.</summary>
    public int[] KindLossPerMille { get; } = new int[32];

    public ulong SyncNs { get; set; }

    public List<ScheduledFault> Faults { get; } = [];

    /// <summary>Batches that clients hand in, evenly over the time of faults.</summary>
    public int Batches { get; set; }

    /// <summary>Authors ask for acknowledgements.</summary>
    public bool WantAcks { get; set; }

    /// <summary>A replica whose timers run this many times too slow.</summary>
    public int SlowTimerInstance { get; set; } = -1;

    /// <summary>From then on the network is reliable and no fault happens.</summary>
    public ulong HealAtNs { get; set; }

    /// <summary>The faults end early when this view is reached.</summary>
    public ulong HealAtView { get; set; }

    /// <summary>After healing, this many blocks must be committed by every correct replica.</summary>
    public int BlocksAfterHeal { get; set; } = 10;

    /// <summary>Time for that.</summary>
    public ulong RecoveryNs { get; set; }

    /// <summary>More than f validators are Byzantine: forks are expected.</summary>
    public bool ExpectsForks { get; set; }

    public void Clear()
    {
        SpareNodes = 0;
        Byzantine = 0;
        Twins = false;
        Traits = AdversaryTraits.None;
        Sides.Clear();
        Leaders = [];
        LossPerMille = DuplicatePerMille = SlowPerMille = 0;
        Array.Clear(KindLossPerMille);
        Faults.Clear();
        Batches = 0;
        WantAcks = false;
        SlowTimerInstance = -1;
        HealAtView = ulong.MaxValue;
        BlocksAfterHeal = 10;
        ExpectsForks = false;
    }
}
