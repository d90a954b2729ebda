// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Load.Nemesis;

/// <summary>What a campaign does to a cluster.</summary>
public enum NemesisFault
{
    /// <summary>Ends one replica at once (SIGKILL) and starts it again.</summary>
    Kill,

    /// <summary>Ends all replicas at once and starts them again.</summary>
    KillAll,

    /// <summary>Stops one replica in the middle of its work and lets it go on (SIGSTOP, SIGCONT).</summary>
    Pause,

    /// <summary>Ends one replica and starts it again on a disk that is full before long; when it has stopped itself, it is started with room.</summary>
    FullDisk,

    /// <summary>Nothing passes between one replica and the others for a while. Needs links of the caller's.</summary>
    Isolate,

    /// <summary>Everything between one replica and the others is late for a while. Needs links of the caller's.</summary>
    Delay,
}
