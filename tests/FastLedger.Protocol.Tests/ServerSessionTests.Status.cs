// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Protocol.Tests;

public sealed partial class ServerSessionTests
{
    [Fact]
    public void A_stranger_may_ask_how_the_replica_is_and_then_negotiate()
    {
        Assert.Equal(ServerAction.ClusterStatus, Receive(new ClusterStatusQuery { RequestId = 7 }));
        Assert.Equal(7UL, _session.StatusQuery.RequestId);
        Assert.Equal(ServerSessionState.Connected, _session.State);
        Assert.Equal(ServerAction.LookUpKey, Receive(new Negotiate { PublicKey = _key.PublicKey }));
        _session.CompleteLookUp(4);
        Assert.Equal(ServerAction.ClusterStatus, Receive(new ClusterStatusQuery { RequestId = 8 }));
        Assert.Equal(ServerAction.OpenSession, Receive(Establish(4)));
        _session.CompleteOpen(1);
        Assert.Equal(ServerAction.ClusterStatus, Receive(new ClusterStatusQuery { RequestId = 9 }));
        Assert.Equal(9UL, _session.StatusQuery.RequestId);
        Assert.Equal(ServerSessionState.Established, _session.State);
    }

    [Fact]
    public void A_stranger_who_only_asks_is_still_late_for_the_handshake()
    {
        Assert.Equal(ServerAction.ClusterStatus, Receive(default(ClusterStatusQuery)));
        Assert.Equal(ServerAction.Terminate, _session.Tick(3600 * Second));
        Assert.Equal(ResultCode.HeartbeatLapsed, _session.LastTerminate.Code);
    }

    [Fact]
    public void The_answer_to_that_question_is_nothing_a_client_may_send() =>
        Assert.Equal(ServerAction.Terminate, Receive(default(ClusterStatusAnswer)));
}
