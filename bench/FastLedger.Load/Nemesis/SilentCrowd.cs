// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace FastLedger.Load.Nemesis;

/// <summary>Keeps a number of connections to one port open that say nothing; one that is closed is opened anew.</summary>
/// <remarks>Thread: one.</remarks>
internal sealed class SilentCrowd(IPEndPoint target, int size)
{
    private const int PauseMs = 50;

    /// <summary>Connections opened.</summary>
    public long Connections { get; private set; }

    public async Task RunAsync(CancellationToken ct)
    {
        var open = new List<Socket>();
        try
        {
            while (!ct.IsCancellationRequested)
            {
                for (int i = open.Count - 1; i >= 0; i--)
                {
                    // Readable with nothing to read: the other side closed it.
                    if (!open[i].Poll(0, SelectMode.SelectRead) || open[i].Available > 0) continue;
                    open[i].Dispose();
                    open.RemoveAt(i);
                }

                while (open.Count < size && !ct.IsCancellationRequested)
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
                    open.Add(socket);
                    await socket.ConnectAsync(target, ct).ConfigureAwait(false);
                    Connections++;
                }

                await Task.Delay(PauseMs, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (System.OperationCanceledException)
        {
            // The flood is over.
        }
        finally
        {
            foreach (Socket socket in open) socket.Dispose();
        }
    }
}
