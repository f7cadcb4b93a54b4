using System;
using System.Collections.Generic;
using System.Net.Http;
using System.Threading.Tasks;

public static class SendLead
{
    public static void Main()
    {
        SendAsync().GetAwaiter().GetResult();
    }

    private static async Task SendAsync()
    {
        var fields = new Dictionary<string, string>
        {
@{fields}        };
        using (var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) })
        {
            var response = await client.PostAsync(@url, new FormUrlEncodedContent(fields));
            Console.WriteLine((int)response.StatusCode + " " + await response.Content.ReadAsStringAsync());
        }
    }
}
